document.title = "Boats and ships";
