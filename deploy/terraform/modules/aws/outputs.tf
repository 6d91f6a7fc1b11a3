output "cluster_name" {
  description = "Name of the cluster, for `aws eks update-kubeconfig`."
  value       = aws_eks_cluster.this.name
}

output "database_host" {
  description = "Where PostgreSQL answers, with TLS alone."
  value       = aws_db_instance.this.address
}

output "database_owner_secret" {
  description = "ARN of the secret with the owner's password."
  value       = aws_db_instance.this.master_user_secret[0].secret_arn
}

output "secrets" {
  description = "ARN of each secret whose value is put there by hand."
  value       = { for name, secret in aws_secretsmanager_secret.this : name => secret.arn }
}

output "certificate" {
  description = "ARN of the certificate, once it is valid, for the balancer."
  value       = aws_acm_certificate_validation.this.certificate_arn
}
