import NestingModel

/// How one setting of one machine compares with what is wanted of it.
enum Comparison: Sendable, Hashable {
    case met
    /// - correctable: whether an agent has a verb for it.
    case drift(observed: String, correctable: Bool)
    /// Configured as wanted, and not in effect.
    case restartNeeded(observed: String, correctable: Bool)
    /// It can't be told; the reason, as a sentence.
    case unreadable(String)

    /// Whether it differs, and no agent has a verb for it.
    var isBeyondAgents: Bool {
        switch self {
        case .drift(_, let correctable), .restartNeeded(_, let correctable): !correctable
        case .met, .unreadable: false
        }
    }
}

extension Comparison {
    /// A guest's setting. `hostNesting` is none, and is always met.
    static func of(_ guest: GuestReport, _ setting: Setting, wanted: SettingValue) -> Comparison {
        switch (setting, wanted) {
        case (.exposure, .flag(let flag)): exposure(guest, wanted: flag)
        case (.startupMemory, .bytes(let least)):
            atLeast(guest.memory.startup, least, shown: Setting.size)
        case (.maximumVCPUs, .count(let least)): atLeast(guest.vcpus.maximum, least) { "\($0)" }
        case (.dynamicMemory, .flag(let flag)):
            // Agents can only fix the memory's size so far.
            isFlag(guest.memory.dynamic, flag, correctable: !flag, shown: Setting.on)
        case (.macSpoofing, .flag(let flag)): macSpoofing(guest, wanted: flag)
        case (.savedState, .flag):
            guest.state == .saved
                ? .drift(observed: "present", correctable: false)
                : isFlag(guest.savedState, false, correctable: false) { $0 ? "present" : "none" }
        case (.snapshots, .flag):
            switch guest.snapshots {
            case .known(let count): count == 0 ? .met : .drift(observed: "\(count)", correctable: false)
            case .absent: .met
            case .unknown(let reason): .unreadable(reason)
            }
        case (.autostart, .flag(let flag)):
            isFlag(guest.autostart, flag, correctable: false, shown: Setting.on)
        default: .met
        }
    }

    /// Whether a guest has exactly this value, in its definition and where it runs; false for what can't be told.
    static func has(_ guest: GuestReport, _ setting: Setting, _ value: SettingValue) -> Bool {
        switch (setting, value) {
        case (.startupMemory, .bytes(let bytes)): guest.memory.startup.value == bytes
        case (.maximumVCPUs, .count(let count)): guest.vcpus.maximum.value == count
        case (.savedState, .flag(true)): guest.state == .saved || guest.savedState.value == true
        case (.snapshots, .flag(true)): (guest.snapshots.value ?? 0) > 0
        default: of(guest, setting, wanted: value) == .met
        }
    }

    private static func exposure(_ guest: GuestReport, wanted: Bool) -> Comparison {
        let live = guest.exposure.live
        switch (guest.exposure.configured, live) {
        case (.unknown(let reason), _): return .unreadable(reason)
        case (.absent, .absent): return .unreadable("it has neither a definition nor a running instance")
        // A transient guest: only what runs can be compared.
        case (.absent, .unknown(let reason)): return .unreadable(reason)
        case (.absent, .known(let live)):
            return live == wanted ? .met : .drift(observed: Setting.exposed(live), correctable: false)
        case (.known(let configured), _) where configured != wanted:
            let running = live.value.map { $0 == configured ? "" : ", \(Setting.exposed($0)) while it runs" } ?? ""
            return .drift(observed: Setting.exposed(configured) + running, correctable: true)
        case (.known, .known(let live)) where live != wanted:
            return .restartNeeded(
                observed: "\(Setting.exposed(wanted)), \(Setting.exposed(live)) until its next start", correctable: true
            )
        case (.known, .unknown(let reason)): return .unreadable(reason)
        case (.known, _): return .met
        }
    }

    private static func atLeast<Number: Comparable & Sendable>(
        _ fact: Fact<Number>, _ least: Number, shown: (Number) -> String
    ) -> Comparison {
        switch fact {
        case .known(let value): value >= least ? .met : .drift(observed: shown(value), correctable: true)
        case .absent: .unreadable("its host reports no such value")
        case .unknown(let reason): .unreadable(reason)
        }
    }

    private static func isFlag(
        _ fact: Fact<Bool>, _ wanted: Bool, correctable: Bool, shown: (Bool) -> String
    ) -> Comparison {
        switch fact {
        case .known(let value): value == wanted ? .met : .drift(observed: shown(value), correctable: correctable)
        case .absent: wanted ? .drift(observed: shown(false), correctable: correctable) : .met
        case .unknown(let reason): .unreadable(reason)
        }
    }

    /// Any one interface that differs is drift, whatever can't be told of the others.
    private static func macSpoofing(_ guest: GuestReport, wanted: Bool) -> Comparison {
        let interfaces: [InterfaceFacts]
        switch guest.interfaces {
        case .known(let value): interfaces = value
        case .absent: return .met
        case .unknown(let reason): return .unreadable(reason)
        }
        let differing = interfaces.filter { $0.macSpoofing.value == !wanted }
        if !differing.isEmpty {
            let shown = differing.prefix(3).map { interface in
                let cause = interface.macSpoofingBy.value.map { " (\($0))" } ?? ""
                return (interface.mac.value ?? "an interface without an address") + cause
            }
            let more = differing.count > 3 ? " and \(differing.count - 3) more" : ""
            let word = Setting.macSpoofing.shown(.flag(!wanted))
            return .drift(observed: "\(word) on \(shown.joined(separator: ", "))\(more)", correctable: false)
        }
        return interfaces.lazy.compactMap(\.macSpoofing.reason).first.map(Comparison.unreadable) ?? .met
    }
}
