# The two secrets without a value, which would stand in the state: OAuthServer keys generate puts them there. And the
# two policies: for instances, and for whoever runs the command.
resource "aws_secretsmanager_secret" "signing_key" {
  name                    = "oauth/jwt-private-key"
  description             = "Signing key of OAuthServer"
  recovery_window_in_days = 30
}

resource "aws_secretsmanager_secret" "server_secret" {
  name                    = "oauth/server-secret"
  description             = "Server secret of OAuthServer"
  recovery_window_in_days = 30
}

locals {
  oauth_secrets = [
    aws_secretsmanager_secret.signing_key.arn,
    aws_secretsmanager_secret.server_secret.arn,
  ]
}

resource "aws_iam_policy" "oauth_server" {
  name = "oauth-server"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "secretsmanager:GetSecretValue"
      Resource = local.oauth_secrets
    }]
  })
}

resource "aws_iam_policy" "oauth_keys" {
  name = "oauth-keys"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Action = [
        "secretsmanager:CreateSecret",
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
      ]
      Resource = local.oauth_secrets
    }]
  })
}
