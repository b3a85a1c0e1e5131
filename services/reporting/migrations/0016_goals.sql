-- Which of the program's goals a focus area serves. NULL: its provider has not said.
ALTER TABLE focus_areas ADD COLUMN goal text;
