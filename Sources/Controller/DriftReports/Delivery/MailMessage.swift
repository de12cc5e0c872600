import ControllerAPI
import FoundationEssentials

/// A report as a message (RFC 5322, MIME): the text is what a reader sees, the other formats are attached. Everything
/// that comes from hosts is in base64, so that no line of it is taken for a header or an end.
struct MailMessage {
    let parcel: ReportParcel
    let place: MailPlace

    var bytes: [UInt8] {
        let boundary = "nestor-\(parcel.run.summary.id)"
        let counts = parcel.run.summary.counts
        let host = place.from.split(separator: "@").last.map(String.init) ?? "localhost"
        var text = [
            "From: <\(place.from)>", "To: \(place.to.map { "<\($0)>" }.joined(separator: ",\r\n "))",
            "Subject: Drift report \(parcel.run.summary.report): \(counts.open) open, "
                + "\(counts.new + counts.regressed) new or back",
            "Date: \(Self.date(parcel.run.summary.at))", "Message-ID: <\(parcel.id)@\(host)>",
            "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
            "Content-Type: multipart/mixed; boundary=\"\(boundary)\"", "", "",
        ].joined(separator: "\r\n")
        for format in [.text] + parcel.formats.filter({ $0 != .text }) {
            guard let document = document(format) else {
                text += "--\(boundary)\r\nContent-Type: \(ReportFormat.text.contentType)\r\n\r\n"
                text += "\(parcel.fileName(of: format)) is too long for a message: nestor report show "
                text += "\(parcel.run.summary.report) --run \(parcel.run.summary.number) --format \(format)\r\n"
                continue
            }
            text += "--\(boundary)\r\nContent-Type: \(format.contentType)\r\n"
            if format != .text {
                text += "Content-Disposition: attachment; filename=\"\(parcel.fileName(of: format))\"\r\n"
            }
            text += "Content-Transfer-Encoding: base64\r\n\r\n"
            text += Self.base64(document)
        }
        return Array((text + "--\(boundary)--\r\n").utf8)
    }

    /// In bytes, of one format: mail servers refuse messages beyond ten megabytes or so.
    static let longestPart = 4 << 20

    /// Nil where it is longer than a message may be.
    private func document(_ format: ReportFormat) -> [UInt8]? {
        var bytes: [UInt8] = []
        for piece in ReportRendering.pieces(parcel.run, as: format) {
            bytes += piece.utf8
            if bytes.count > Self.longestPart { return nil }
        }
        return bytes
    }

    /// In lines of 76, each ended by CRLF.
    private static func base64(_ bytes: [UInt8]) -> String {
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 57) {
            text += Data(bytes[start..<min(start + 57, bytes.count)]).base64EncodedString() + "\r\n"
        }
        return text
    }

    /// As RFC 5322 writes it, in UTC.
    static func date(_ date: Date) -> String {
        // `2026-11-25T07:00:00Z`: the only parts that need a calendar are names, and they are RFC 5322's.
        let iso = date.formatted(.iso8601)
        let parts = iso.prefix(10).split(separator: "-")
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count == 3, let month = Int(parts[1]), months.indices.contains(month - 1), let day = Int(parts[2])
        else { return iso }
        return "\(day) \(months[month - 1]) \(parts[0]) \(iso.dropFirst(11).prefix(8)) +0000"
    }
}
