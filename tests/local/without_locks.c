/* Refuses every lock on a file, with the error number in REFUSED_WITH. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>

typedef int (*call)(int, int, ...);

static int refused(int command) { return command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK; }

static int forward(const char *name, int file, int command, void *argument) {
  if (refused(command)) {
    errno = atoi(getenv("REFUSED_WITH"));
    return -1;
  }
  return ((call)dlsym(RTLD_NEXT, name))(file, command, argument);
}

#define WRAP(name)                          \
  int name(int file, int command, ...) {    \
    va_list arguments;                      \
    va_start(arguments, command);           \
    void *argument = va_arg(arguments, void *); \
    va_end(arguments);                      \
    return forward(#name, file, command, argument); \
  }

WRAP(fcntl)
WRAP(fcntl64)
