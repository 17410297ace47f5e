"""What a class has understood: results of all units as statistics, pictures and a page for its instructor."""
