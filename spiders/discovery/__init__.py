"""What a site is found to be: its platform, its report columns, whether its file still holds."""
