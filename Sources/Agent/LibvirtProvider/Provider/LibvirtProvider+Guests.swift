package import AgentCore
package import NestingModel

/// What one list call says: the guests that it names, or why it said nothing.
private typealias Listed = Fact<Set<[UInt8]>>

extension LibvirtProvider {
    package func guests() -> Fact<[GuestReport]> {
        do throws(ProviderFailure) {
            return .known(try reports(only: nil))
        } catch {
            return isAbsent ? .absent : .unknown(error.description)
        }
    }

    package func guest(_ uuid: String) throws(ProviderFailure) -> GuestReport? {
        guard let bytes = RemoteDomain.uuidBytes(uuid) else { return nil }
        return try reports(only: bytes).first
    }

    /// Two batches: lists of all guests by property, which cost less than a question for each, then what only a
    /// guest itself can tell.
    private func reports(only uuid: [UInt8]?) throws(ProviderFailure) -> [GuestReport] {
        let host = try host()
        let answers = try read([
            .list(.all), .list(.running), .list(.persistent), .list(.autostart), .list(.managedSave), .list(.snapshots),
        ])
        var domains: [RemoteDomain]
        switch answers[0] {
        case .refused(let error): throw ProviderFailure(error, "listing guests")
        case .fine(let reader):
            do throws(XDRFault) { domains = try list(reader) } catch { throw ProviderFailure(error, "listing guests") }
        }
        if let uuid { domains = domains.filter { $0.uuid == uuid } }
        let lists = Lists(
            running: listed(answers[1]), persistent: listed(answers[2]), autostart: listed(answers[3]),
            managedSave: listed(answers[4]), snapshots: listed(answers[5]))

        var calls: [RemoteCall] = []
        var plans: [GuestPlan] = []
        func add(_ call: RemoteCall, where wanted: Bool) -> Int? {
            guard wanted else { return nil }
            calls.append(call)
            return calls.count - 1
        }
        for domain in domains {
            let isTransient = lists.persistent.value?.contains(domain.uuid) == false
            let isActive = domain.id != -1
            plans.append(
                GuestPlan(
                    domain: domain, inactive: add(.xml(domain, .inactive), where: !isTransient),
                    live: add(.xml(domain, .live), where: isActive),
                    state: add(
                        .on(domain, .domainGetState),
                        where: isActive ? lists.running.value?.contains(domain.uuid) != true : uuid != nil),
                    snapshots: add(
                        .on(domain, .domainSnapshotNum), where: lists.snapshots.value?.contains(domain.uuid) != false)))
        }
        let details = try read(calls)
        if uuid == nil { definitions.begin(on: host) }
        var reports = plans.compactMap { report($0, lists, details) }
        addNestedRuns(to: &reports)
        return reports.sorted { ($0.name, $0.uuid) < ($1.name, $1.uuid) }
    }

    private struct Lists {
        var running: Listed
        var persistent: Listed
        var autostart: Listed
        var managedSave: Listed
        var snapshots: Listed
    }

    /// Where in the second batch a guest's answers are.
    private struct GuestPlan {
        var domain: RemoteDomain
        var inactive: Int?
        var live: Int?
        var state: Int?
        var snapshots: Int?
    }

    /// - Returns: nil where the guest has gone meanwhile.
    private func report(_ plan: GuestPlan, _ lists: Lists, _ answers: [RemoteAnswer]) -> GuestReport? {
        for index in [plan.inactive, plan.live] {
            if let index, case .refused(let error) = answers[index], error.code == .noDomain { return nil }
        }
        if isLeftBehind(plan, answers) { return nil }
        let domain = plan.domain
        func contained(_ list: Listed) -> Fact<Bool> { list.map { $0.contains(domain.uuid) } }
        let inactive = plan.inactive.map { facts(answers[$0], live: false) }
        var live = plan.live.map { facts(answers[$0], live: true) }
        if let index = plan.live, case .refused(let error) = answers[index], error.code == .operationInvalid {
            live = nil
        }
        let described = inactive?.facts ?? live?.facts ?? DefinitionFacts(unknown: "the guest has no definition")
        let isActive = plan.live != nil
        let noRuns: Fact<Int64> =
            !isActive ? .absent : described.engine.value == .kvm ? .unknown("not told") : .unknown("only KVM counts it")
        return GuestReport(
            uuid: domain.uuidText, name: domain.name, state: state(plan, lists, answers),
            run: isActive ? .known(Int(domain.id)) : .absent, persistent: contained(lists.persistent),
            engine: described.engine, owner: described.owner, vcpus: described.vcpus, memory: described.memory,
            exposure: ExposureFacts(
                configured: inactive?.facts.exposure.exposed ?? .absent,
                live: isActive ? live?.facts.exposure.exposed ?? .absent : .absent,
                mechanism: described.exposure.mechanism, inUse: noRuns.map { $0 > 0 }, nestedRuns: noRuns),
            interfaces: described.interfaces, snapshots: snapshots(plan, answers),
            savedState: contained(lists.managedSave), autostart: contained(lists.autostart),
            onPowerOff: described.onPowerOff, definitionDigest: inactive?.digest ?? .absent)
    }

    private func facts(_ answer: RemoteAnswer, live: Bool) -> (facts: DefinitionFacts, digest: Fact<String>) {
        switch text(answer) {
        case .known(let xml):
            let found = definitions.facts(of: xml, live: live)
            return (found.facts, .known(found.digest))
        case .absent: return (DefinitionFacts(unknown: "no definition came"), .absent)
        case .unknown(let reason): return (DefinitionFacts(unknown: reason), .unknown(reason))
        }
    }

    /// Whether only the definition is here, as its guest moved to another host (VIR_DOMAIN_SHUTOFF_MIGRATED): to start
    /// it would run it twice. Asked for where one guest is read, which is what corrections decide by.
    private func isLeftBehind(_ plan: GuestPlan, _ answers: [RemoteAnswer]) -> Bool {
        guard plan.live == nil, let index = plan.state, case .fine(var reader) = answers[index],
            let state = try? reader.signed(), let reason = try? reader.signed()
        else { return false }
        return GuestState(libvirt: state) == .off && reason == 4
    }

    private func state(_ plan: GuestPlan, _ lists: Lists, _ answers: [RemoteAnswer]) -> GuestState {
        guard let index = plan.state else { return plan.live == nil ? .off : .running }
        guard case .fine(var reader) = answers[index], let number = try? reader.signed() else { return .unknown }
        let state = GuestState(libvirt: number)
        // One that was started between the two batches is looked at again.
        return plan.live == nil && state != .off && state != .crashed ? .unknown : state
    }

    private func snapshots(_ plan: GuestPlan, _ answers: [RemoteAnswer]) -> Fact<Int> {
        guard let index = plan.snapshots else { return .known(0) }
        switch answers[index] {
        case .refused(let error): return .unknown("\(error)")
        case .fine(var reader):
            guard let count = try? reader.signed(), count >= 0 else {
                return .unknown("libvirt's answer is no count of snapshots")
            }
            return .known(Int(count))
        }
    }

    private func list(_ answer: XDRReader) throws(XDRFault) -> [RemoteDomain] {
        var reader = answer
        var domains: [RemoteDomain] = []
        for _ in 0..<(try reader.count(elementSize: 24)) { domains.append(try RemoteDomain(reading: &reader)) }
        return domains
    }

    private func listed(_ answer: RemoteAnswer) -> Listed {
        switch answer {
        case .refused(let error): return .unknown("\(error)")
        case .fine(let reader):
            do throws(XDRFault) {
                return .known(Set(try list(reader).map(\.uuid)))
            } catch {
                return .unknown("libvirt's list \(error)")
            }
        }
    }
}

extension GuestState {
    /// virDomainState.
    init(libvirt number: Int32) {
        switch number {
        case 1, 2: self = .running
        case 3: self = .paused
        case 4: self = .stopping
        case 5: self = .off
        case 6: self = .crashed
        case 7: self = .suspended
        default: self = .unknown
        }
    }
}
