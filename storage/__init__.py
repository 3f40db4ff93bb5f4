"""What is kept: tables, repositories, migrations, checkpoints, the embedded Postgres."""
