from app import App


def test_the_app_survives_a_stuck_job(fauxreel):          # a fresh sandbox on one server a session; safe under xdist
    fauxreel.scenario("stuck")
    app = App(base_url=fauxreel.url("nanogpt"), key=fauxreel.key("nanogpt"))
    app.start("a fox in snow")
    fauxreel.clock.advance(minutes=20)
    assert app.gave_up
    assert fauxreel.account("nanogpt").charged == 1
