#include "CHostProbe.h"
