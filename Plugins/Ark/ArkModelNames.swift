// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
public import VideoDocuments

/// What a model is called at the other end.
public enum ArkModelNames {
  /// The connection's option that maps model ids to whatever the account calls them, such as endpoint ids.
  public static let option = "models"

  /// The name that the operator configured for the account, else the model's own.
  public static func configured(_ model: String, _ connection: Connection) -> String {
    connection.options[option]?[model]?.string ?? model
  }

  /// The name at the vendor: the mainland's ids begin `doubao-`, the international ones do not.
  public static func upstream(_ model: String, isInternational: Bool, connection: Connection) -> String {
    if let name = connection.options[option]?[model]?.string { return name }
    guard isInternational, model.hasPrefix("doubao-") else { return model }
    let name = String(model.dropFirst("doubao-".count))
    // From the second generation on they carry another house's name.
    return name.hasPrefix("seedance-1-") ? name : "dreamina-\(name)"
  }
}
