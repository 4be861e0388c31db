// HTTPTypesTests
