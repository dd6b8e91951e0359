"""What happens later: jobs that turn files into films, beside the request path."""
