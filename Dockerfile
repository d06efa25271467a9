# The service without Neo4j, which has a container of its own: no Java and no jars.
ARG PYTHON_IMAGE=python:3.12-slim
ARG NODE_IMAGE=node:22-slim

# The page that the service shows at `/`.
FROM ${NODE_IMAGE} AS page
WORKDIR /build
COPY web web
RUN cd web && npm ci && npm run build

FROM ${PYTHON_IMAGE} AS build
WORKDIR /build
RUN python -m venv /app
COPY requirements.lock ./
# graphlay, which lays out the page's pictures, stands below the line.
RUN { sed '/^# Below:/,$d' requirements.lock; sed -n '/^graphlay==/,/[^\\]$/p' requirements.lock; } > image.lock \
 && /app/bin/pip install --no-cache-dir --require-hashes --requirement image.lock
COPY pyproject.toml README.md LICENSE ./
COPY cypher cypher
COPY catalog_graph catalog_graph
COPY --from=page /build/catalog_graph/server/page catalog_graph/server/page
RUN /app/bin/pip install --no-cache-dir --no-deps .

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="catalog_graph" \
      org.opencontainers.image.description="A lineage catalog for machine learning over Neo4j" \
      org.opencontainers.image.licenses="MIT"
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin catalog
COPY --from=build /app /app
# MALLOC_ARENA_MAX: without it, each thread keeps a heap of its own that the C library never releases.
ENV PATH=/app/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MALLOC_ARENA_MAX=2 \
    CATALOG_GRAPH_HOST=0.0.0.0 CATALOG_GRAPH_PORT=8000
USER 10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['CATALOG_GRAPH_PORT'] + '/readyz', timeout=4)"]
ENTRYPOINT ["catalog-graph"]
CMD ["serve"]
