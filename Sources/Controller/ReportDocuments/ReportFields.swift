import ControllerAPI
import FleetDocuments
import FleetScheduler
import HumanText
import NestingModel
import YAMLDocument

/// One entry of a report file.
struct ReportFields {
    private let fields: YAMLMapping

    init(_ fields: YAMLMapping) {
        self.fields = fields
    }

    func report() -> ReportDefinition {
        ReportDefinition(
            name: Self.name(fields), selector: SelectorFields.read(fields), schedule: schedule(),
            formats: formats(), recipients: recipients(), place: "\(fields.place.file):\(fields.place.line)")
    }

    /// Files and queues are named by it.
    private static func name(_ fields: YAMLMapping) -> String {
        if fields.node("name") == nil { fields.missing("name") }
        return fields.value("name", expected: "1 to 64 letters, digits, '.', '_' or '-', a letter or digit first") {
            let bytes = $0.text.utf8
            let isPlain = bytes.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
                    || [45, 46, 95].contains($0)
            }
            guard isPlain, (1...64).contains(bytes.count), let first = bytes.first, ![45, 46, 95].contains(first)
            else { return nil }
            return $0.text
        } ?? ""
    }

    private func schedule() -> ReportSchedule {
        guard let schedule = fields.mapping("schedule", allowed: ReportFileSchema.scheduleKeys) else {
            return ReportSchedule()
        }
        let (hasCron, hasEvery) = (schedule.node("cron") != nil, schedule.node("every") != nil)
        if hasCron == hasEvery {
            fields.refuse(
                "schedule", hasCron ? "has both cron and every" : "has neither cron nor every",
                "write cron: \"0 7 * * mon-fri\" or every: 6h")
        }
        if hasEvery, schedule.node("time-zone") != nil {
            schedule.refuse("time-zone", "stands beside every, which counts in UTC", "leave it out, or write cron")
        }
        if let line = schedule.string("cron") {
            do throws(ScheduleFault) { _ = try CronExpression(line) } catch {
                schedule.refuse("cron", error.sentence, error.remedy)
            }
        }
        if let zone = schedule.string("time-zone") {
            do throws(ScheduleFault) { _ = try ScheduleZone(named: zone) } catch {
                schedule.refuse("time-zone", error.sentence, error.remedy)
            }
        }
        return ReportSchedule(
            cron: schedule.node("cron").map(Self.text), timeZone: schedule.node("time-zone").map(Self.text),
            everySeconds: schedule.duration("every", in: .seconds(60)...(.seconds(366 * 86_400))).map {
                Int($0.components.seconds)
            })
    }

    /// What was checked already: a scalar's own text.
    private static func text(_ node: YAMLNode) -> String {
        if case .scalar(let scalar) = node.content { scalar.text } else { "" }
    }

    private func formats() -> [ReportFormat] {
        let words = ReportFileSchema.formats
        let formats = fields.values("formats", expected: ShownText.alternatives(words)) {
            words.contains($0.text) ? ReportFormat(rawValue: $0.text) : nil
        }
        if let formats, Set(formats).count < formats.count {
            fields.refuse("formats", "names a format twice", "name each once")
        }
        return formats ?? [.text]
    }

    private func recipients() -> [ReportRecipient] {
        guard fields.node("recipients") != nil else { return [] }
        var names: Set<String> = []
        return fields.mappings("recipients", allowed: ReportFileSchema.recipientKeys, required: ["name"]).map {
            recipient in
            let name = Self.name(recipient)
            if !name.isEmpty, !names.insert(name).inserted {
                recipient.refuse("name", "\"\(name)\" is another recipient of this report", "give each its own")
            }
            let kinds = ["file", "webhook", "mail"].filter { recipient.node($0) != nil }
            if kinds.count != 1 {
                recipient.reader.refuse(
                    recipient.place,
                    "\(recipient.path) has \(kinds.isEmpty ? "no way to go" : kinds.joined(separator: " and "))",
                    "write one of file, webhook and mail")
            }
            return ReportRecipient(
                name: name,
                place: ReportPlace(
                    file: RecipientFields.file(recipient), webhook: RecipientFields.webhook(recipient),
                    mail: RecipientFields.mail(recipient)))
        }
    }
}
