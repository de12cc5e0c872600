import ControllerAPI
import HTTPCalling

/// Hands a report for one address to a mail server, over TLS or not at all.
struct MailDelivery {
    let place: MailPlace
    let caller: MailCaller

    func send(_ parcel: ReportParcel) async throws(DeliveryFailure) {
        guard let address = parcel.address else {
            throw DeliveryFailure("this message has no address to go to", remedy: "nestor report apply -f FILE")
        }
        let (password, message) = try await apart { [place] () throws(DeliveryFailure) in
            let password = try place.passwordFile.map { (file) throws(DeliveryFailure) in
                try SecretFile(path: file).line()
            }
            return (password, MailMessage(parcel: parcel, place: place).bytes)
        }
        let login = place.user.map { (user: $0, password: password ?? "") }
        do throws(HTTPCallFailure) {
            try await caller.send(
                MailCall(
                    server: place.server, port: place.port,
                    security: place.tls == .implicit ? .implicit : .startTLS, from: place.from, to: address,
                    login: login, authorityFile: place.authorityFile, message: message))
        } catch {
            throw DeliveryFailure(error.sentence, remedy: error.remedy)
        }
    }
}
