"""A mail server for tests: aiosmtpd on the loopback, at the port in the first argument. It reads one JSON command per line from stdin, writes one answer per line to stdout, and ends with stdin."""

import asyncio
import json
import sys

from aiosmtpd.controller import Controller


class Handler:
    def __init__(self):
        self.mails, self.answers, self.seconds = [], {}, 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.answers.get(address)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 taken"

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(self.seconds)
        mail = {"to": envelope.rcpt_tos, "data": envelope.content.decode("utf-8", "replace")}
        self.mails.append(mail)
        return "250 2.0.0 taken"


handler = Handler()
controller = Controller(handler, hostname="127.0.0.1", port=int(sys.argv[1]))
controller.start()
print("ready", flush=True)
for line in sys.stdin:
    command = json.loads(line)
    if "answer" in command:
        handler.answers[command["to"]] = command["answer"]
    if "seconds" in command:
        handler.seconds = command["seconds"]
    mails = []
    if "take" in command:
        handler.mails, mails = [], handler.mails
    print(json.dumps(mails), flush=True)
controller.stop()
