from app import App


def test_the_stranger_expects_too_much(fauxreel):
    fauxreel.scenario("fails")
    app = App(fauxreel.url("nanogpt"), fauxreel.key("nanogpt"))
    app.start("a fox in snow")
    fauxreel.clock.advance(hours=1)
    assert app.link
