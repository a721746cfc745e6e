internal import Testing

extension Tag {
  @Tag static var property: Self
  @Tag static var reference: Self
}
