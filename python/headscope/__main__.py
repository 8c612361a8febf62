"""`headscope`, and `python -m headscope`: becomes the program, which finds the torch of this Python."""

import os
import sys

from headscope.errors import Error
from headscope.program import bundled_program, program_environment


def main() -> None:
    """Becomes the program of this package."""
    try:
        program = bundled_program()
    except Error as error:
        sys.stderr.write(f"headscope: {error}\n")
        sys.exit(error.exit_code)
    os.execve(program, [str(program), *sys.argv[1:]], program_environment())


if __name__ == "__main__":
    main()
