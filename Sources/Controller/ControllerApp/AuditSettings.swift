import ControllerAPI
import Settings

/// Where the head of the audit log is sent, so that it is kept where nobody who can write the store can reach it.
struct AuditSettings {
    private let url = SettingKey<String?>(
        "audit.anchor.url", expected: "https://HOST/…, or http:// to this machine", default: nil,
        help: "a webhook that is sent the audit log's head: at each start, with every 1,000th record and daily",
        parse: { raw in raw.text.flatMap { WebhookURL.isFit($0) ? .some($0) : nil } },
        // The rest of it may be a secret, and what is shown is in the audit log, too.
        show: { $0.map { WebhookPlace(url: $0).origin } ?? "" })
    private let secretFile = SettingKey.optionalPath(
        "audit.anchor.secret-file", help: "holds the key that those are signed with, on one line")
    private let authorityFile = SettingKey.optionalPath(
        "audit.anchor.ca-file", help: "authorities to trust there instead of the system's")

    var keys: [any DeclaredSetting] { [url, secretFile, authorityFile] }

    /// Nil where nothing is sent.
    func read(_ settings: Settings) throws(SettingsFaults) -> WebhookPlace? {
        switch (settings[url], settings[secretFile]) {
        case (nil, nil): return nil
        case (nil, _?):
            throw fault("audit.anchor.secret-file is set, and audit.anchor.url is not", "set both, or none of them")
        case (_?, nil):
            // Whoever can send an unsigned head can send a wrong one.
            throw fault(
                "audit.anchor.url is set, and audit.anchor.secret-file is not",
                "openssl rand -hex 32 > FILE, readable for nestord alone, and set audit.anchor.secret-file")
        case (let address?, let key?):
            return WebhookPlace(url: address, secretFile: key, authorityFile: settings[authorityFile])
        }
    }

    private func fault(_ sentence: String, _ remedy: String) -> SettingsFaults {
        SettingsFaults([SettingsFault("settings", sentence, remedy)])
    }
}
