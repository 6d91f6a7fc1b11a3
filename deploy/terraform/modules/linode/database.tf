# Linode backs it up each day and keeps the log of 14 days: any second of them can be restored
# into a new database (`fork_restore_time`). TLS is always asked for.
resource "linode_database_postgresql_v2" "this" {
  label        = var.name
  region       = var.region
  type         = var.database_type
  engine_id    = "postgresql/18"
  cluster_size = 3

  private_network = {
    vpc_id        = linode_vpc.this.id
    subnet_id     = linode_vpc_subnet.this.id
    public_access = false
  }

  updates = {
    frequency   = "weekly"
    day_of_week = "sunday"
    hour_of_day = 3
    duration    = 3
  }

  lifecycle {
    prevent_destroy = true
  }
}
