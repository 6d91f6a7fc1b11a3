output "cluster_name" {
  description = "Name of the cluster, for `aws eks update-kubeconfig`."
  value       = module.tollgate.cluster_name
}

output "database_host" {
  description = "Where PostgreSQL answers, with TLS alone."
  value       = module.tollgate.database_host
}

output "database_owner_secret" {
  description = "ARN of the secret with the owner's password."
  value       = module.tollgate.database_owner_secret
}

output "secrets" {
  description = "ARN of each secret whose value is put there by hand."
  value       = module.tollgate.secrets
}

output "certificate" {
  description = "ARN of the certificate for the balancer."
  value       = module.tollgate.certificate
}
