data "aws_route53_zone" "this" {
  name = var.zone
}

locals {
  hosts = toset(["api.${var.zone}", "portal.${var.zone}"])
}

resource "aws_acm_certificate" "this" {
  domain_name               = "api.${var.zone}"
  subject_alternative_names = ["portal.${var.zone}"]
  validation_method         = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "validation" {
  for_each = {
    for option in aws_acm_certificate.this.domain_validation_options : option.domain_name => option
  }

  zone_id = data.aws_route53_zone.this.zone_id
  name    = each.value.resource_record_name
  type    = each.value.resource_record_type
  records = [each.value.resource_record_value]
  ttl     = 300
}

resource "aws_acm_certificate_validation" "this" {
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]
}

# There is no balancer before the manifests are applied: given then, in a second apply.
resource "aws_route53_record" "host" {
  for_each = var.balancer_host == null ? toset([]) : local.hosts

  zone_id = data.aws_route53_zone.this.zone_id
  name    = each.value
  type    = "CNAME"
  records = [var.balancer_host]
  ttl     = 300
}
