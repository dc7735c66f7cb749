"""The only place where rooms meet: site folder, named uses, wiring."""
