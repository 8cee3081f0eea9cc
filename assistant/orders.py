from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrderAsk:
    number: str = ""
    tries: int = 0

    @property
    def waits(self) -> bool:
        return bool(self.number)


def order_turn(desk, message, ask):
    return "order", ask


def account_reply(message, pages, encoder):
    return ""


class OrderDesk:
    pass
