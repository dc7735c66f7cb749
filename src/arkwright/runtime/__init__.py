"""When things run: live values, connections that are kept alive, intake with back-pressure, watches."""
