// SPDX-License-Identifier: Apache-2.0

/// `filmgate models`: what can be asked for, and within which limits.
enum ModelsCommand {
  static let specification = CommandSpecification(
    name: "models", summary: "List models, or show what one accepts.",
    subcommands: [
      CommandSpecification(
        name: "list", summary: "List every model of every plugin.", options: CommandTree.common),
      CommandSpecification(
        name: "show", summary: "Show one model's fields, limits, defaults and prices.",
        positionals: [PositionalSpecification(name: "MODEL", summary: "Its id or an alias", completion: .model)],
        options: CommandTree.common),
      CommandSpecification(
        name: "default", summary: "Show or set the model that is used without -m.",
        positionals: [
          PositionalSpecification(name: "MODEL", summary: "Its id or an alias", isOptional: true, completion: .model)
        ],
        options: CommandTree.common),
    ],
    defaultSubcommand: "list")
}
