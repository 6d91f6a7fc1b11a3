output "kubeconfig" {
  description = "How to reach the cluster, as YAML; a secret."
  value       = module.tollgate.kubeconfig
  sensitive   = true
}

output "database_host" {
  description = "Where PostgreSQL answers, with TLS alone."
  value       = module.tollgate.database_host
}

output "database_port" {
  description = "The port of PostgreSQL."
  value       = module.tollgate.database_port
}

output "database_ca" {
  description = "The certificate that PostgreSQL's is signed by, as Linode tells it."
  value       = module.tollgate.database_ca
  sensitive   = true
}

output "database_owner" {
  description = "Name and password of PostgreSQL's owner, who makes Tollgate's role; a secret."
  value       = module.tollgate.database_owner
  sensitive   = true
}
