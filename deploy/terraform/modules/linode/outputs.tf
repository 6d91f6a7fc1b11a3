output "kubeconfig" {
  description = "How to reach the cluster, as YAML; a secret."
  value       = base64decode(linode_lke_cluster.this.kubeconfig)
  sensitive   = true
}

output "database_host" {
  description = "Where PostgreSQL answers, with TLS alone."
  value       = linode_database_postgresql_v2.this.host_primary
}

output "database_port" {
  description = "The port of PostgreSQL."
  value       = linode_database_postgresql_v2.this.port
}

output "database_ca" {
  description = "The certificate that PostgreSQL's is signed by, as Linode tells it."
  value       = linode_database_postgresql_v2.this.ca_cert
  sensitive   = true
}

output "database_owner" {
  description = "Name and password of PostgreSQL's owner, who makes Tollgate's role; a secret."
  sensitive   = true

  value = {
    username = linode_database_postgresql_v2.this.root_username
    password = linode_database_postgresql_v2.this.root_password
  }
}
