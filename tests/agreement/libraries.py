"""Official PyPI libraries behind one door: JSON lines in, JSON lines out, in order. The first line out tells what is
installed. See README.md."""

import base64
import hashlib
import hmac
import json
import sys
from datetime import datetime, timezone
from importlib.metadata import version
from urllib.parse import parse_qsl


def refuses_by_raising(refusal, work):
    try:
        work()
    except refusal:
        return False
    return True


class Form(dict):
    """A form as web frameworks hand it over: every value of a name."""

    def __init__(self, body):
        super().__init__()
        for name, value in parse_qsl(body, keep_blank_values=True):
            self.setdefault(name, []).append(value)

    def getlist(self, name):
        return self[name]


def stripe():
    from stripe import SignatureVerificationError, WebhookSignature

    def sign(r):
        return {"Stripe-Signature": WebhookSignature.generate_signature_header(r["body"], r["secret"], r["now"])}

    def verify(r):
        header = r["headers"]["stripe-signature"]
        work = lambda: WebhookSignature.verify_header(r["body"].encode(), header, r["secret"], 300)
        return refuses_by_raising(SignatureVerificationError, work)

    return "own", sign, verify


def standard(webhook, refusal, prefix, **options):
    def sign(r):
        at = datetime.fromtimestamp(r["now"], tz=timezone.utc)
        return {
            prefix + "-id": r["id"],
            prefix + "-timestamp": str(r["now"]),
            prefix + "-signature": webhook(r["secret"]).sign(r["id"], at, r["body"]),
        }

    def verify(r):
        return refuses_by_raising(refusal, lambda: webhook(r["secret"]).verify(r["body"], r["headers"], **options))

    return "own", sign, verify


def standardwebhooks():
    from standardwebhooks import Webhook
    from standardwebhooks.webhooks import WebhookVerificationError

    return standard(Webhook, WebhookVerificationError, "webhook", json_parse=False)


def svix():
    from svix.webhooks import Webhook, WebhookVerificationError

    return standard(Webhook, WebhookVerificationError, "svix")


def slack():
    from slack_sdk.signature import SignatureVerifier

    def sign(r):
        signature = SignatureVerifier(r["secret"]).generate_signature(timestamp=str(r["now"]), body=r["body"])
        return {"X-Slack-Request-Timestamp": str(r["now"]), "X-Slack-Signature": signature}

    return "own", sign, lambda r: SignatureVerifier(r["secret"]).is_valid_request(r["body"].encode(), r["headers"])


def twilio_form():
    from twilio.request_validator import RequestValidator

    def sign(r):
        return {"X-Twilio-Signature": RequestValidator(r["secret"]).compute_signature(r["url"], Form(r["body"]))}

    def verify(r):
        return RequestValidator(r["secret"]).validate(r["url"], Form(r["body"]), r["headers"]["x-twilio-signature"])

    return "own", sign, verify


def twilio_json():
    from twilio.request_validator import RequestValidator

    def sign(r):
        return {"X-Twilio-Signature": RequestValidator(r["secret"]).compute_signature(r["url"], {})}

    def verify(r):
        return RequestValidator(r["secret"]).validate(r["url"], r["body"], r["headers"]["x-twilio-signature"])

    return "own", sign, verify


def square():
    from square.utils.webhooks_helper import verify_signature

    def sign(r):
        # The library can only verify: what it expects, computed here. It has to accept it itself.
        mac = hmac.new(r["secret"].encode(), (r["url"] + r["body"]).encode(), hashlib.sha256)
        return {"x-square-hmacsha256-signature": base64.b64encode(mac.digest()).decode()}

    def verify(r):
        return verify_signature(
            request_body=r["body"],
            signature_header=r["headers"]["x-square-hmacsha256-signature"],
            signature_key=r["secret"],
            notification_url=r["url"],
        )

    return "here", sign, verify


def discord():
    from nacl.exceptions import BadSignatureError
    from nacl.signing import SigningKey, VerifyKey

    def sign(r):
        signature = SigningKey(bytes.fromhex(r["secret"])).sign((str(r["now"]) + r["body"]).encode()).signature
        return {"X-Signature-Timestamp": str(r["now"]), "X-Signature-Ed25519": signature.hex()}

    def verify(r):
        message = (r["headers"]["x-signature-timestamp"] + r["body"]).encode()
        signature = bytes.fromhex(r["headers"]["x-signature-ed25519"])
        work = lambda: VerifyKey(bytes.fromhex(r["public"])).verify(message, signature)
        return refuses_by_raising(BadSignatureError, work)

    return "own", sign, verify


LIBRARIES = {
    ("stripe", "stripe"): stripe,
    ("standardwebhooks", "standard-webhooks-v1"): standardwebhooks,
    ("svix", "svix-v1"): svix,
    ("slack-sdk", "slack"): slack,
    ("twilio", "twilio-form"): twilio_form,
    ("twilio", "twilio-json"): twilio_json,
    ("squareup", "square"): square,
    ("PyNaCl", "discord"): discord,
}


def tell(value):
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def main():
    loaded, hello = {}, []
    for (library, scheme), load in LIBRARIES.items():
        about = {"library": library, "scheme": scheme}
        try:
            loaded[library, scheme] = load()
            hello.append({**about, "version": version(library), "signs": loaded[library, scheme][0]})
        except ImportError as error:
            hello.append({**about, "absent": str(error)})
    tell({"libraries": hello})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            _, sign, verify = loaded[request["library"], request["scheme"]]
            request["body"] = base64.b64decode(request["body_base64"]).decode()
            if request["direction"] == "sign":
                tell({"headers": sign(request)})
            else:
                tell({"valid": verify(request) is True})
        except Exception as error:  # told, and judged by who asked
            tell({"error": repr(error)})


main()
