"""The HTTP door: `/v1`, OpenAPI 3.1, problem details (RFC 9457), API keys and roles."""
