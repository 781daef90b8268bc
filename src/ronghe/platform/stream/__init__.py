"""What flows beside the console: files of deliveries, with ranges, asked of their grant as long as they flow."""
