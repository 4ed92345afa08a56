"""What wattlint knows: SDK entry points, models, tasks, hardware, grids and rule pages, as typed records."""
