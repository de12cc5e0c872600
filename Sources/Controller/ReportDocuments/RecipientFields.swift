import ControllerAPI
import FleetDocuments
import YAMLDocument

/// Where a report goes, as its file says it. What must stay secret is in files of its own, which are named here.
enum RecipientFields {
    static func file(_ recipient: YAMLMapping) -> FilePlace? {
        recipient.mapping("file", allowed: ReportFileSchema.fileKeys, required: ReportFileSchema.fileKeys).map {
            FilePlace(folder: path($0, "folder") ?? "")
        }
    }

    static func webhook(_ recipient: YAMLMapping) -> WebhookPlace? {
        guard let webhook = recipient.mapping("webhook", allowed: ReportFileSchema.webhookKeys) else { return nil }
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

    static func mail(_ recipient: YAMLMapping) -> MailPlace? {
        guard
            let mail = recipient.mapping(
                "mail", allowed: ReportFileSchema.mailKeys, required: ReportFileSchema.mailRequired)
        else { return nil }
        let tls = mail.oneOf("tls", ReportFileSchema.securities).flatMap(MailPlace.Security.init) ?? .starttls
        let to = mail.values("to", expected: addressRule, isAddress) ?? []
        if Set(to).count < to.count { mail.refuse("to", "names an address twice", "name each once") }
        if (mail.node("user") == nil) != (mail.node("password-file") == nil) {
            recipient.refuse("mail", "has only one of user and password-file", "write both, or none of them")
        }
        return MailPlace(
            server: mail.value("server", expected: "a host's name or IPv4 address") {
                isHost($0.text) ? $0.text : nil
            } ?? "",
            port: mail.int("port", in: 1...65_535) ?? (tls == .implicit ? 465 : 587), tls: tls,
            from: mail.value("from", expected: addressRule, isAddress) ?? "", to: to,
            user: mail.string("user", longest: 256), passwordFile: path(mail, "password-file"),
            authorityFile: path(mail, "ca-file"))
    }

    private static let addressRule = "a plain address, such as ops@example.org"

    /// What can stand in a command to a mail server and in a header, and be nothing else there.
    private static func isAddress(_ scalar: YAMLScalar) -> String? {
        let parts = scalar.text.split(separator: "@", omittingEmptySubsequences: false)
        let isPlain = scalar.text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard isPlain, scalar.text.utf8.count <= 254, parts.count == 2, !parts[0].isEmpty, isHost(String(parts[1])),
            !scalar.text.contains(where: { "<>()[],;:\\\"".contains($0) })
        else { return nil }
        return scalar.text
    }

    private static func isHost(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 253 && !text.hasPrefix("-") && !text.hasPrefix(".")
            && text.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 46
            }
    }

    private static let urlRule =
        "https://HOST/… without user, password and fragment; http:// only to this machine (localhost, 127.0.0.1 or [::1])"

    static func path(_ fields: YAMLMapping, _ key: String) -> String? {
        fields.value(key, expected: "an absolute path, such as /etc/nestor/hook.key") {
            $0.text.hasPrefix("/") && !$0.text.contains("\0") && $0.text.utf8.count < 4096 ? $0.text : nil
        }
    }
}
