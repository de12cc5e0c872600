import AgentCore
import CommandLineTable
import Glibc

/// `nestor-agent enrol` and `nestor-agent forget`
enum EnrolCommand {
    static func enrol(_ command: ParsedCommand) throws(StateFault) -> Int32 {
        guard let controller = command.option("controller"), Enrolment.isID(controller) else {
            Console.complain("enrol needs --controller ID: 1 to 128 letters, digits, dots, dashes and underscores")
            return EX_USAGE
        }
        guard let epoch = command.option("epoch").flatMap(Int.init), epoch >= 0 else {
            Console.complain("enrol needs --epoch N: a whole number, 0 or more")
            return EX_USAGE
        }
        let surroundings = try Surroundings(command)
        let folder = surroundings.folder
        try folder.prepare()
        try folder.enrol(Enrolment(controller: controller, epoch: epoch))
        // Also where no libvirt is named or none runs yet: the places that are looked at are this login's.
        var address = surroundings.address
        if let own = Surroundings.ownRuntimeDirectory { address.runtimeDirectory = own }
        try folder.store(address)
        return EXIT_SUCCESS
    }

    static func forget(_ command: ParsedCommand) throws(StateFault) -> Int32 {
        let folder = try Surroundings(command).folder
        if folder.exists { try folder.forgetEnrolment() }
        return EXIT_SUCCESS
    }
}
