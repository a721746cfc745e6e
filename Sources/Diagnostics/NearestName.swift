/// The name nearest to one that was mistyped, if any is near: at most a third of it differs.
///
/// Near is meant in the distance of Damerau and Levenshtein restricted to adjacent swaps.
public func nearestName(to typed: String, among names: [String]) -> String? {
  guard typed.count <= 64 else { return nil }
  let limit = max(1, (typed.count + 1) / 3)
  let ranked = names.map { (name: $0, distance: editDistance(typed.lowercased(), $0.lowercased())) }
  guard let best = ranked.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }),
    best.distance <= limit
  else { return nil }
  return best.name
}

private func editDistance(_ first: String, _ second: String) -> Int {
  let (a, b) = (Array(first.prefix(64)), Array(second.prefix(64)))
  var rows = [Array(0...b.count)]
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var best = min(rows[i][j + 1], row[j]) + 1
      best = min(best, rows[i][j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        best = min(best, rows[i - 1][j - 1] + 1)
      }
      row.append(best)
    }
    rows.append(row)
  }
  return rows[a.count][b.count]
}
