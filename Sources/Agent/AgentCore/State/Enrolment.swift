package import AgentWire

/// The controller that may correct here, as enrolment left it on this host.
package struct Enrolment: Codable, Sendable, Hashable {
    package var controller: String
    /// The highest epoch that was seen; a lower one is refused.
    package var epoch: Int

    package init(controller: String, epoch: Int) {
        self.controller = controller
        self.epoch = epoch
    }

    static let file = "controller.json"

    /// Whether a text may be a controller's id.
    package static func isID(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || "0123456789.-_".unicodeScalars.contains($0))
            }
    }

    /// Checks an order's sender.
    /// - Returns: the enrolment to be stored before the order is acted on, nil where it stays as it is.
    package static func admitting(controller: String, epoch: Int, to known: Enrolment?) throws(WireError) -> Enrolment?
    {
        guard let known else {
            throw WireError(
                .controllerUnknown, "this host is enrolled with no controller, and \(controller.quoted) asked",
                remedy: "enrol it: nestor host enrol")
        }
        guard controller == known.controller else {
            throw WireError(
                .controllerUnknown,
                "this host is enrolled with controller \(known.controller.quoted), and \(controller.quoted) asked",
                remedy: "correct it from its own controller, or enrol it with this one")
        }
        guard epoch >= known.epoch else {
            throw WireError(
                .epochStale, "epoch \(epoch) is lower than \(known.epoch), which this host has seen",
                remedy: "a newer state of this controller is or was at work: do not run it from a backup")
        }
        return epoch > known.epoch ? Enrolment(controller: controller, epoch: epoch) : nil
    }
}

/// How the hypervisor's manager is reached, remembered for `recover`, which nobody tells.
package struct HypervisorAddress: Codable, Sendable, Hashable {
    /// libvirt's Unix socket; nil looks at the usual places.
    package var socket: String?
    /// Such as `qemu:///system`; nil is what goes with the socket.
    package var uri: String?
    /// The user's XDG_RUNTIME_DIR, one of the usual places: a login has it, and a timer or cron does not.
    package var runtimeDirectory: String?

    package init(socket: String? = nil, uri: String? = nil, runtimeDirectory: String? = nil) {
        self.socket = socket
        self.uri = uri
        self.runtimeDirectory = runtimeDirectory
    }

    static let file = "hypervisor.json"
}

extension StateFolder {
    package func enrolment() throws(StateFault) -> Enrolment? { try read(Enrolment.self, Enrolment.file) }

    package func store(_ enrolment: Enrolment) throws(StateFault) { try write(enrolment, Enrolment.file) }

    /// Enrols this host with a controller, by an operator's hand. The same controller again keeps the highest epoch
    /// that was seen.
    package func enrol(_ enrolment: Enrolment) throws(StateFault) {
        var enrolment = enrolment
        if let known = try self.enrolment(), known.controller == enrolment.controller {
            enrolment.epoch = max(known.epoch, enrolment.epoch)
        }
        try store(enrolment)
    }

    package func forgetEnrolment() throws(StateFault) { try remove(Enrolment.file) }

    package func hypervisorAddress() throws(StateFault) -> HypervisorAddress? {
        try read(HypervisorAddress.self, HypervisorAddress.file)
    }

    package func store(_ address: HypervisorAddress) throws(StateFault) { try write(address, HypervisorAddress.file) }
}
