"""What FlowyML writes into the same file, brought into our tables."""
