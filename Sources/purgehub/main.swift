print("purgehub")
