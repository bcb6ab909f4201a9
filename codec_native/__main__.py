import sys

from codec_native.cli import main

if __name__ == "__main__":
    sys.exit(main())
