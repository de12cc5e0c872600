import ControllerAPI
import YAMLDocument

/// Where a report goes, as its file says it. What must stay secret is in files of its own, which are named here.
enum RecipientFields {
    static let fileKeys = ["folder"]
    static let webhookKeys = ["url", "url-file", "secret-file", "ca-file"]

    static func file(_ recipient: YAMLMapping) -> FilePlace? {
        recipient.mapping("file", allowed: fileKeys, required: ["folder"]).map {
            FilePlace(folder: path($0, "folder") ?? "")
        }
    }

    static func webhook(_ recipient: YAMLMapping) -> WebhookPlace? {
        guard let webhook = recipient.mapping("webhook", allowed: webhookKeys) else { return nil }
        let place = WebhookPlace(
            url: webhook.value("url", expected: urlRule) { WebhookURL.isFit($0.text) ? $0.text : nil },
            urlFile: path(webhook, "url-file"), secretFile: path(webhook, "secret-file"),
            authorityFile: path(webhook, "ca-file"))
        if (webhook.node("url") == nil) == (webhook.node("url-file") == nil) {
            recipient.refuse(
                "webhook", "needs a url or a url-file, and not both",
                "write url: https://…, or name a file that holds it where it is a secret itself")
        }
        return place
    }

    private static let urlRule =
        "https://HOST/… without user, password and fragment; http:// only to this machine (localhost, 127.0.0.1 or [::1])"

    static func path(_ fields: YAMLMapping, _ key: String) -> String? {
        fields.value(key, expected: "an absolute path, such as /etc/nestor/hook.key") {
            $0.text.hasPrefix("/") && !$0.text.contains("\0") && $0.text.utf8.count < 4096 ? $0.text : nil
        }
    }
}
