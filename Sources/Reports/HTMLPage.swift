/// What all pages share.
enum HTMLPage {
  /// A page that needs nothing else.
  ///
  /// - Parameter extraStyle: rules after those that all pages share.
  static func document(title: String, body: [String], extraStyle: String = "") -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>\(escaped(title))</title>
    <style>
    \(style)
    \(extraStyle)
    </style>
    </head>
    <body>
    \(body.joined(separator: "\n"))
    </body>
    </html>

    """
  }

  static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }

  static let style = """
    :root { color-scheme: light dark; --text: #1b1f24; --faint: #66707b; --ground: #ffffff;
      --raised: #f4f6f8; --line: #d9dfe5; --good: #14804a; --fair: #2f6fb3; --bad: #c22f2f;
      --doubt: #96690b; }
    @media (prefers-color-scheme: dark) { :root { --text: #e6e9ed; --faint: #98a2ad;
      --ground: #14171a; --raised: #1e2327; --line: #343b42; --good: #4cc38a; --fair: #79b1ee;
      --bad: #ff7a70; --doubt: #e0b04a; } }
    body { margin: 0 auto; padding: 1rem; max-width: 60rem; background: var(--ground);
      color: var(--text); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
    h1 { font-size: 1.6rem; margin: .5rem 0; } h2 { font-size: 1.1rem; }
    .conclusion { font-size: 1.15rem; font-weight: 600; }
    .counts { display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; list-style: none; }
    .counts li { background: var(--raised); border-radius: .5rem; padding: .25rem .75rem; }
    .warning { border-left: 4px solid var(--doubt); padding-left: .75rem; }
    .card, .row { background: var(--raised); border: 1px solid var(--line); border-radius: .5rem;
      margin: .5rem 0; padding: .5rem .75rem; }
    summary { cursor: pointer; } .statement { display: block; color: var(--faint); }
    .verdict { font-weight: 700; }
    .proved, .enclosed { color: var(--good); } .tested, .statistical { color: var(--fair); }
    .refuted, .variant, .inconclusive, .vacuous { color: var(--doubt); } .failure { color: var(--bad); }
    .notApplicable, .untested { color: var(--faint); }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
    dt { color: var(--faint); } dd { margin: 0; min-width: 0; }
    pre { overflow-x: auto; white-space: pre-wrap; font-size: .9rem; max-height: 30rem; }
    .rest { margin: 1rem 0; } .card ul { padding-left: 1.2rem; }
    figure { margin: .5rem 0; } svg { width: 100%; height: auto; }
    @media (max-width: 34rem) { dl { display: block; } dt { margin-top: .5rem; } }
    """
}
