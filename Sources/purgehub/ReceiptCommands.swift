import Documents
import HTTPTypes
import Hub
import PurgeCore

extension Command {
  static let issueReceipt = Command(
    shape: CommandShape(
      words: ["requests", "receipt"], operands: ["ID"],
      summary: "Issue a signed receipt: what came of a purge request at each connector.",
      flags: [.init(name: "--output", value: "FILE", help: "write it to a new file")],
      example: "purgehub requests receipt PRG-7K3F-9QWD-2M5T-8 --output receipt.json")
  ) { session async throws(CommandFailure) in
    let request = HTTPRequest(.post, session.requestPath + "/receipt")
    let file = try await session.answer(to: request).body
    guard let output = session.arguments.value("--output") else {
      session.console.say(String(decoding: file.dropLast(), as: UTF8.self))
      return .done
    }
    try session.create(output, file)
    session.wantsJSON
      ? session.print(json: ["file": .string(output)])
      : session.console.say("Wrote \(output).")
    return .done
  }

  static let receiptKey = Command(
    shape: CommandShape(
      words: ["receipt", "key"],
      summary: "Print the public key of this hub's receipts, for those who check them.",
      example: "purgehub receipt key")
  ) { session async throws(CommandFailure) in
    let key = try await session.ask(.get, "/v1/receipts/key")
    session.wantsJSON
      ? session.print(json: key)
      : session.console.say(String(key["publicKey"]?.string?.dropLast() ?? ""))
    return .done
  }

  static let verifyReceipt = Command(
    shape: CommandShape(
      words: ["receipt", "verify"], operands: ["FILE"],
      summary: "Check a receipt without a hub: whether it is what was signed, and by whom.",
      flags: [
        .init(
          name: "--key", value: "PUBKEY",
          help: "the key that must have signed: a PEM file, or 64 hexadecimal digits")
      ],
      example: "purgehub receipt verify receipt.json --key key.pem"),
    opening: nil
  ) { session async throws(CommandFailure) in
    let key = try session.expectedKey()
    let receipt = try session.receipt(in: session.arguments.operands[0], from: key)
    session.show(receipt, isFromKey: key != nil)
    return .done
  }
}

extension Session {
  /// A receipt in a file, checked.
  func receipt(
    in file: String, from key: ReceiptPublicKey? = nil
  ) throws(CommandFailure) -> SignedReceipt {
    let bytes = try SelectionFlags.contents(of: file)
    do throws(ReceiptFault) {
      return try SignedReceipt(reading: bytes, from: key)
    } catch {
      throw CommandFailure(
        exit: .badInput, problem: error.description,
        remedy: "Do not rely on it; ask the hub for another one: purgehub requests receipt ID.",
        code: .receiptInvalid)
    }
  }

  fileprivate func expectedKey() throws(CommandFailure) -> ReceiptPublicKey? {
    guard let given = arguments.value("--key") else { return nil }
    if let key = ReceiptPublicKey(reading: given) { return key }
    let text = String(decoding: try SelectionFlags.contents(of: given), as: UTF8.self)
    guard let key = ReceiptPublicKey(reading: text) else {
      throw CommandFailure(
        exit: .badInput, problem: "\(given) holds no Ed25519 public key",
        remedy: "Give a file as purgehub receipt key prints it.", code: .receiptInvalid)
    }
    return key
  }

  fileprivate func show(_ receipt: SignedReceipt, isFromKey: Bool) {
    let (matter, id) = (receipt.matter, receipt.key.id)
    let isInterim = matter["interim"]?.bool ?? true
    guard !wantsJSON else {
      return print(json: [
        "isValid": true, "keyID": .string(id), "isFromKey": isFromKey ? true : .null,
        "interim": .bool(isInterim), "request": matter["request"]?["id"] ?? .null,
        "state": matter["request"]?["state"] ?? .null, "issuedAt": matter["issuedAt"] ?? .null,
      ])
    }
    let request = matter["request"]?["id"]?.string ?? ""
    let state = matter["request"]?["state"]?.string ?? ""
    console.say(console.bold("Valid: nothing was changed since it was signed by key \(id)."))
    console.say(
      "\(isInterim ? "Interim" : "Final") receipt of \(request), \(state), issued "
        + "\(matter["issuedAt"]?.string?.prefix(19) ?? "") UTC.")
    if !isFromKey {
      console.say("The file itself names that key: compare it with purgehub receipt key, or --key.")
    }
  }
}
