"""An embedded MQTT 3.1.1 broker for the demo and the tests; a real site uses its platform's broker."""
