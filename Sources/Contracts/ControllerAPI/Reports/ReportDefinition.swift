package import NestingModel

/// A drift report as its owner wants it, again and again.
package struct ReportDefinition: Codable, Sendable, Hashable {
    /// Unique in the fleet; letters, digits, `.`, `_` and `-`, since files are named by it.
    package var name: String
    /// Which nodes it is about.
    package var selector: PolicySelector
    package var schedule: ReportSchedule
    /// At least one.
    package var formats: [ReportFormat]
    /// None: it is stored, and looked at with `nestor report show`.
    package var recipients: [ReportRecipient]
    /// Where it was written, `reports.yaml:12`.
    package var place: String

    package init(
        name: String, selector: PolicySelector, schedule: ReportSchedule, formats: [ReportFormat] = [.text],
        recipients: [ReportRecipient] = [], place: String = ""
    ) {
        self.name = name
        self.selector = selector
        self.schedule = schedule
        self.formats = formats
        self.recipients = recipients
        self.place = place
    }
}

/// When a report is due: one of the two.
package struct ReportSchedule: Codable, Sendable, Hashable {
    /// Five fields as crontab(5) has them, or a word such as `@daily`.
    package var cron: String?
    /// An IANA name, for `cron`; nil means UTC.
    package var timeZone: String?
    /// Counted from 1970-01-01T00:00:00Z.
    package var everySeconds: Int?

    package init(cron: String? = nil, timeZone: String? = nil, everySeconds: Int? = nil) {
        self.cron = cron
        self.timeZone = timeZone
        self.everySeconds = everySeconds
    }
}

/// The forms in which a report is written.
package enum ReportFormat: String, OpenEnumeration, CaseIterable {
    case text, json, csv, html, unknown

    package var contentType: String {
        switch self {
        case .text, .unknown: "text/plain; charset=utf-8"
        case .json: "application/json"
        case .csv: "text/csv; charset=utf-8; header=present"
        case .html: "text/html; charset=utf-8"
        }
    }

    /// Of files.
    package var suffix: String { self == .text || self == .unknown ? "txt" : rawValue }
}

/// Where a report goes. Secrets stay in files on the controller's machine: only their paths are held.
package struct ReportRecipient: Codable, Sendable, Hashable {
    /// Unique in its report.
    package var name: String
    package var place: ReportPlace

    package init(name: String, place: ReportPlace) {
        self.name = name
        self.place = place
    }
}

/// The ways of delivery; one of them is set.
package struct ReportPlace: Codable, Sendable, Hashable {
    package var file: FilePlace?
    package var webhook: WebhookPlace?
    package var mail: MailPlace?

    package init(file: FilePlace? = nil, webhook: WebhookPlace? = nil, mail: MailPlace? = nil) {
        self.file = file
        self.webhook = webhook
        self.mail = mail
    }

    /// For tables; never a secret.
    package var summary: String { summary(of: nil) }

    /// - Parameter address: of a mailing, the one that is meant; nil tells all.
    package func summary(of address: String?) -> String {
        if let file { return "file \(file.folder)" }
        if let webhook { return "webhook \(webhook.origin)" }
        if let mail { return "mail \(address ?? mail.to.joined(separator: ", ")) by \(mail.server):\(mail.port)" }
        return "unknown"
    }
}

/// A file for each run and format, in a folder that is there already.
package struct FilePlace: Codable, Sendable, Hashable {
    /// An absolute path.
    package var folder: String

    package init(folder: String) {
        self.folder = folder
    }
}

/// A POST for each run and format, signed as Standard Webhooks has it.
package struct WebhookPlace: Codable, Sendable, Hashable {
    /// `https://`, or `http://` to this machine; nil where `urlFile` holds it.
    package var url: String?
    /// A file that holds the URL, for those whose URL is a secret itself.
    package var urlFile: String?
    /// A file that holds the key of the signature.
    package var secretFile: String?
    /// Certificates to trust instead of the system's, as PEM.
    package var authorityFile: String?

    package init(
        url: String? = nil, urlFile: String? = nil, secretFile: String? = nil, authorityFile: String? = nil
    ) {
        self.url = url
        self.urlFile = urlFile
        self.secretFile = secretFile
        self.authorityFile = authorityFile
    }

    /// The URL up to its path, which may be a secret.
    package var origin: String {
        guard let url else { return "of \(urlFile ?? "nowhere")" }
        let parts = url.split(separator: "/", omittingEmptySubsequences: false)
        return parts.prefix(3).joined(separator: "/")
    }
}

/// One message for each run, over SMTP with TLS: the text to read, the other formats attached.
package struct MailPlace: Codable, Sendable, Hashable {
    /// When TLS begins: with the first byte, or by STARTTLS, without which nothing is sent.
    package enum Security: String, OpenEnumeration {
        case implicit, starttls, unknown
    }

    package var server: String
    package var port: Int
    package var tls: Security
    /// Plain addresses.
    package var from: String
    package var to: [String]
    /// Whom to log in as; nil where the server asks for nobody.
    package var user: String?
    /// A file that holds the password.
    package var passwordFile: String?
    /// Certificates to trust instead of the system's, as PEM.
    package var authorityFile: String?

    package init(
        server: String, port: Int, tls: Security, from: String, to: [String], user: String? = nil,
        passwordFile: String? = nil, authorityFile: String? = nil
    ) {
        self.server = server
        self.port = port
        self.tls = tls
        self.from = from
        self.to = to
        self.user = user
        self.passwordFile = passwordFile
        self.authorityFile = authorityFile
    }
}

/// All definitions as one revision.
package struct ReportSet: Codable, Sendable, Hashable {
    package var revision: Int
    package var reports: [ReportDefinition]

    package init(revision: Int = 0, reports: [ReportDefinition] = []) {
        self.revision = revision
        self.reports = reports
    }
}
