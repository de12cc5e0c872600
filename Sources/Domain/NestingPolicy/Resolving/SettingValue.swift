import NestingModel

/// What a policy asks of one setting.
enum SettingValue: Sendable, Hashable {
    case flag(Bool)
    /// At least so many bytes.
    case bytes(Int64)
    /// At least so many.
    case count(Int)
}

extension DesiredSettings {
    func value(_ setting: Setting) -> SettingValue? {
        switch setting {
        case .exposure: exposure.map(SettingValue.flag)
        case .startupMemory: startupMemory.map(SettingValue.bytes)
        case .dynamicMemory: dynamicMemory.map(SettingValue.flag)
        case .maximumVCPUs: maximumVCPUs.map(SettingValue.count)
        case .macSpoofing: macSpoofing.map(SettingValue.flag)
        // Only that there is none can be asked for.
        case .savedState: savedState == false ? .flag(false) : nil
        case .snapshots: snapshots == false ? .flag(false) : nil
        case .autostart: autostart.map(SettingValue.flag)
        case .hostNesting: hostNesting.map(SettingValue.flag)
        case .unknown: nil
        }
    }

    /// What is asked for, in a fixed order.
    var asked: [(setting: Setting, value: SettingValue)] {
        Setting.allCases.compactMap { setting in value(setting).map { (setting, $0) } }
    }
}

/// Who decides one setting of one node.
struct Decision: Sendable, Hashable {
    struct Speaker: Sendable, Hashable {
        var policy: Int
        var value: SettingValue
    }

    /// What complies beside the value itself.
    enum Alternatives: Sendable, Hashable {
        case values([SettingValue])
        case anything
    }

    var value: SettingValue
    /// Its number in the index.
    var policy: Int
    /// Others of the same priority that ask for the same.
    var agreeing: [Int] = []
    /// Others of the same priority that ask for another value: then nothing is decided.
    var against: [Int] = []
    /// Those of a lower priority that speak of it, too.
    var below: [Int] = []
    /// During a grace period: what would be decided without the policy.
    var alsoComplies = Alternatives.values([])
}

extension Exemption {
    /// The one value of a setting that it is pinned to; nil where any is accepted.
    func accepted(_ setting: Setting) -> SettingValue? {
        switch setting {
        case .savedState: accepts.savedState.map(SettingValue.flag)
        case .snapshots: accepts.snapshots.map(SettingValue.flag)
        default: accepts.value(setting)
        }
    }
}
