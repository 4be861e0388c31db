import CCurl
import CMicroHTTPD

/// The HTTP libraries this hub runs with.
public enum TransportLibraries {
  /// libcurl and what it stands on, such as `libcurl/7.88.1 OpenSSL/3.0.17 zlib/1.2.13`.
  public static var client: String { unsafe String(cString: curl_version()) }

  /// libmicrohttpd's version, such as `0.9.75`.
  public static var server: String { unsafe String(cString: MHD_get_version()) }
}
