"""The foreign servers of the tests really serve, and survive what tests do to them."""

import pytest
from sqlalchemy import create_engine, text


@pytest.mark.peers
def test_a_killed_broker_comes_back_on_its_port_with_what_it_promised(mosquitto):
    from paho.mqtt import publish, subscribe

    publish.single("plant/p1", b"41.5", qos=1, retain=True, hostname="127.0.0.1", port=mosquitto.port)
    mosquitto.stop()
    mosquitto.start()
    message = subscribe.simple("plant/p1", hostname="127.0.0.1", port=mosquitto.port)
    assert message.payload == b"41.5"
    mosquitto.kill()
    assert mosquitto.process.poll() is not None


@pytest.mark.peers
def test_a_crashed_postgres_recovers_what_was_committed(postgres):
    engine = create_engine(postgres.url)
    with engine.begin() as connection:
        connection.execute(text("create table kept (n integer)"))
        connection.execute(text("insert into kept values (7)"))
    engine.dispose()
    postgres.kill()
    postgres.start()
    with engine.begin() as connection:
        assert connection.execute(text("select n from kept")).scalar_one() == 7
        connection.execute(text("drop table kept"))
    engine.dispose()
