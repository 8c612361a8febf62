# `cpack --config build/release/CPackConfig.cmake` makes the Debian package, with the dependencies of what
# was linked.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME headscope)
set(CPACK_PACKAGE_CONTACT "The Headscope authors <headscope@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "fonts-dejavu-core, libopenblas0-pthread")
set(
  CPACK_DEBIAN_PACKAGE_DESCRIPTION
  "Headscope shows how similar the attention heads of each layer of a language
model are. It merges or removes heads, and measures the effect on perplexity
and accuracy, in a window or from the command line."
)

# What Debian wants in share/doc: licences under that name, a changelog in its own form, and ours beside it.
set(headscope_doc "${PROJECT_BINARY_DIR}/debian")
file(READ LICENSE licence)
file(READ NOTICE notice)
file(WRITE "${headscope_doc}/copyright" "${licence}\n${notice}")
string(TIMESTAMP today "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(
  WRITE "${PROJECT_BINARY_DIR}/changelog.debian"
  "headscope (${PROJECT_VERSION}) unstable; urgency=medium\n\n"
  "  * What is new: CHANGELOG.md.gz beside this file.\n\n"
  " -- ${CPACK_PACKAGE_CONTACT}  ${today}\n"
)
if(NOT SKBUILD) # a wheel needs none of it
  find_program(GZIP gzip)
  if(GZIP)
    execute_process(
      COMMAND "${GZIP}" -9cn "${PROJECT_SOURCE_DIR}/CHANGELOG.md"
      OUTPUT_FILE "${headscope_doc}/CHANGELOG.md.gz"
    )
    execute_process(
      COMMAND "${GZIP}" -9cn "${PROJECT_BINARY_DIR}/changelog.debian"
      OUTPUT_FILE "${headscope_doc}/changelog.gz"
    )
    install(DIRECTORY "${headscope_doc}/" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
  endif()
  install(
    FILES packaging/lintian-overrides
    DESTINATION "${CMAKE_INSTALL_DATADIR}/lintian/overrides"
    RENAME headscope
  )
endif()

include(CPack)
